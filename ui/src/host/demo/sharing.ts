// The shared screen of the demo host: two pages of one browser that hear each other.
import type { Host, Presented, SharedPages, SharedPicture } from '../host.ts';

type SharingHost = Pick<
  Host,
  'openShared' | 'closeShared' | 'present' | 'presented' | 'onPresented' | 'presentPicture' | 'presentedPicture' | 'onPresentedPicture' | 'tellPages' | 'onSharedPages' | 'onSharedClosed'
>;

const SHOWN = 'spineboard.demo.presented';
const PICTURE = 'spineboard.demo.picture';
const PAGES = 'spineboard.demo.pages';

/** What is presented travels through the storage that both pages share. */
export function sharingHost(): SharingHost {
  const read = (key: string): unknown => JSON.parse(localStorage.getItem(key) ?? 'null');
  const write = (key: string, kept: unknown): Promise<void> => Promise.resolve(localStorage.setItem(key, JSON.stringify(kept)));
  const forget = (): Promise<void> => Promise.resolve([SHOWN, PICTURE, PAGES].forEach((key) => localStorage.removeItem(key)));
  const listen = (wanted: string, callback: (kept: unknown) => void): (() => void) => {
    const hear = ({ key }: StorageEvent): void => {
      if (key === wanted) callback(read(wanted));
    };
    window.addEventListener('storage', hear);
    return () => window.removeEventListener('storage', hear);
  };
  return {
    openShared: () => Promise.resolve(),
    closeShared: forget,
    present: (shown) => (shown === null ? forget() : write(SHOWN, shown)),
    presented: () => Promise.resolve(read(SHOWN) as Presented | null),
    onPresented: (callback) => listen(SHOWN, (shown) => callback(shown as Presented | null)),
    presentPicture: (picture) => write(PICTURE, picture),
    presentedPicture: () => Promise.resolve(read(PICTURE) as SharedPicture | null),
    onPresentedPicture: (callback) => listen(PICTURE, (picture) => callback(picture as SharedPicture | null)),
    tellPages: (pages) => write(PAGES, pages),
    onSharedPages: (callback) => listen(PAGES, (pages) => pages !== null && callback(pages as SharedPages)),
    onSharedClosed: () => () => undefined,
  };
}
