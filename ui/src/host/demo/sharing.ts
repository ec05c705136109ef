// The shared screen of the demo host: two pages of one browser that hear each other.
import type { Host, Presented } from '../host.ts';

type SharingHost = Pick<Host, 'openShared' | 'closeShared' | 'present' | 'presented' | 'onPresented' | 'onSharedClosed'>;

const SHOWN = 'spineboard.demo.presented';

/** What is presented travels through the storage that both pages share. */
export function sharingHost(): SharingHost {
  const read = (text: string | null): Presented | null => (text === null ? null : (JSON.parse(text) as Presented | null));
  const listen = (callback: (event: StorageEvent) => void): (() => void) => {
    window.addEventListener('storage', callback);
    return () => window.removeEventListener('storage', callback);
  };
  return {
    openShared: () => Promise.resolve(),
    closeShared: () => Promise.resolve(localStorage.removeItem(SHOWN)),
    present: (shown) => Promise.resolve(localStorage.setItem(SHOWN, JSON.stringify(shown))),
    presented: () => Promise.resolve(read(localStorage.getItem(SHOWN))),
    onPresented: (callback) => listen(({ key, newValue }) => key === SHOWN && callback(read(newValue))),
    onSharedClosed: () => () => undefined,
  };
}
