// Forms whose content is saved as a whole, kept while tabs and cases change so that nothing typed is lost. They are of one
// person: after a lock that nobody asked for they wait for the same one.
import { FollowUpForm } from './follow_up.svelte.ts';
import { AddendumForm, CarriedOutForm, DecisionForm } from './verdict.svelte.ts';

export class TypedForms {
  private owner: string | null = null;
  private readonly decisions = new Map<string, DecisionForm>();
  private readonly addenda = new Map<string, AddendumForm>();
  private readonly carriedOuts = new Map<string, CarriedOutForm>();
  private readonly followUps = new Map<string, FollowUpForm>();

  /** Somebody is signed in; what another person typed is gone. */
  belongTo(personId: string): void {
    if (this.owner !== personId) this.forget();
    this.owner = personId;
  }

  forget(): void {
    for (const forms of [this.decisions, this.addenda, this.carriedOuts, this.followUps]) forms.clear();
  }

  decision(episodeId: string): DecisionForm {
    return kept(this.decisions, episodeId, () => new DecisionForm());
  }

  addendum(episodeId: string): AddendumForm {
    return kept(this.addenda, episodeId, () => new AddendumForm());
  }

  carriedOut(episodeId: string): CarriedOutForm {
    return kept(this.carriedOuts, episodeId, () => new CarriedOutForm());
  }

  followUp(caseId: string): FollowUpForm {
    return kept(this.followUps, caseId, () => new FollowUpForm());
  }
}

/** The form of an id, made when it is first asked for. */
function kept<Form>(forms: Map<string, Form>, id: string, make: () => Form): Form {
  const form = forms.get(id) ?? make();
  forms.set(id, form);
  return form;
}
