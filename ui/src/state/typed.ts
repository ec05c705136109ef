// Forms whose content is saved as a whole, kept while tabs and cases change so that nothing typed is lost.
import { FollowUpForm } from './follow_up.svelte.ts';
import { DecisionForm } from './verdict.svelte.ts';

export class TypedForms {
  private readonly decisions = new Map<string, DecisionForm>();
  private readonly followUps = new Map<string, FollowUpForm>();

  decision(episodeId: string): DecisionForm {
    const form = this.decisions.get(episodeId) ?? new DecisionForm();
    this.decisions.set(episodeId, form);
    return form;
  }

  followUp(caseId: string): FollowUpForm {
    const form = this.followUps.get(caseId) ?? new FollowUpForm();
    this.followUps.set(caseId, form);
    return form;
  }
}
