// A host without Rust for browser tests: real words and catalogue, recorded answers, and just enough
// memory to walk through the screens. It computes nothing clinical: scores and forecasts come from
// the recorded case, and a new case keeps the recorded answers of an empty one.
import { auditHost } from './demo/audit.ts';
import { casesHost } from './demo/cases.ts';
import { decisionHost } from './demo/decision.ts';
import { imagesHost } from './demo/images.ts';
import { importsHost } from './demo/imports.ts';
import { installation } from './demo/installation.ts';
import { levelsHost } from './demo/levels.ts';
import { marksHost } from './demo/marks.ts';
import { meetingsHost } from './demo/meetings.ts';
import { memory } from './demo/memory.ts';
import { peopleHost } from './demo/people.ts';
import { reportHost } from './demo/report.ts';
import { sharingHost } from './demo/sharing.ts';
import { signingHost } from './demo/signing.ts';
import { storeHost } from './demo/store.ts';
import { studyHost } from './demo/study.ts';
import { verificationHost } from './demo/verification.ts';
import type { Host } from './host.ts';

/** `?start=open&demo` opens the demo case; `demo/installation.ts` names the other starts, `&refused` refuses the forecast,
 * `&emergency` brings one, `&estimate` asks for estimates first, `&replaced` has a model that took another's place and knows survival alone,
 * `&recalibration` is `used` or `refused`, `&week` brings made-up meetings and what is due, `&own_results` is `many`, `few`, `slow` or `offer`, `&year` brings the figures of a made-up year. With `&colleague` somebody else writes the
 * decision first, and with `&clock` the clock was set back. */
export function demoHost(search: URLSearchParams): Host {
  const shared = memory(search);
  const state = installation(shared);
  const cases = casesHost(shared);
  return {
    ...storeHost(state),
    ...peopleHost(state, shared),
    ...auditHost(state, shared),
    ...cases,
    ...decisionHost(state, shared),
    ...imagesHost(shared),
    ...importsHost(shared),
    ...levelsHost(shared),
    ...marksHost(shared),
    ...meetingsHost(shared, state, cases),
    ...reportHost(shared),
    ...sharingHost(),
    ...signingHost(state, shared),
    ...studyHost(shared),
    ...verificationHost(state, shared),
  };
}
