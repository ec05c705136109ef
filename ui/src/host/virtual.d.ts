declare module 'virtual:words' {
  const words: Record<string, string>;
  export default words;
  /** By language, English among them. */
  export const languages: Record<import('./types.ts').Language, Record<string, string>>;
}

declare module 'virtual:catalogue' {
  const catalogue: import('./types.ts').CatalogueView;
  export default catalogue;
  /** By language, English among them. */
  export const languages: Record<import('./types.ts').Language, import('./types.ts').CatalogueView>;
}

declare module 'virtual:week' {
  const week: Pick<import('./types.ts').WeekView, 'completeness_items' | 'clock_intervals' | 'clock_audit' | 'deviation_reasons'>;
  export default week;
}
