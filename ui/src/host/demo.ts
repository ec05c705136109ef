// A host without Rust for browser tests: real words and catalogue, recorded answers, and just enough
// memory to walk through the screens. It computes nothing clinical: scores and forecasts come from
// the recorded case, and a new case keeps the recorded answers of an empty one.
import { casesHost } from './demo/cases.ts';
import { imagesHost } from './demo/images.ts';
import { memory } from './demo/memory.ts';
import { reportHost } from './demo/report.ts';
import { storeHost } from './demo/store.ts';
import type { Host } from './host.ts';

/** `?start=locked|open|newer` chooses the state of the store, `&demo` opens the demo case, `&refused` refuses the forecast. */
export function demoHost(search: URLSearchParams): Host {
  const shared = memory(search);
  return { ...storeHost(shared), ...casesHost(shared), ...imagesHost(shared), ...reportHost() };
}
