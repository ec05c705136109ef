// Starts the interface over the desktop window, or over recorded answers in a demo build.
import '@fontsource-variable/inter/wght.css';
import '../styles/tokens.css';
import '../styles/base.css';
import { mount } from 'svelte';
import type { Host } from '../host/host.ts';
import { tauriHost } from '../host/tauri.ts';
import { Session } from '../state/session.svelte.ts';
import App from './App.svelte';
import SharedScreen from './SharedScreen.svelte';

async function chooseHost(): Promise<Host> {
  if (import.meta.env.MODE !== 'demo') return tauriHost();
  const { demoHost } = await import('../host/demo.ts');
  return demoHost(new URLSearchParams(location.search));
}

const target = document.getElementById('app');
if (target) {
  const session = new Session(await chooseHost());
  if (location.hash === '#shared') {
    await session.readVocabulary();
    mount(SharedScreen, { target, props: { session } });
  } else {
    await session.start(navigator.language);
    mount(App, { target, props: { session } });
  }
}
