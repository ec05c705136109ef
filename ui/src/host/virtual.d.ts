declare module 'virtual:words' {
  const words: Record<string, string>;
  export default words;
}

declare module 'virtual:catalogue' {
  const catalogue: import('./types.ts').CatalogueView;
  export default catalogue;
}
