import { Dependable, IDependable } from 'constructs';

/** What is found only when the app is synthesised. */
export class Later implements IDependable {
  constructor(find: () => IDependable[]) {
    Dependable.implement(this, {
      get dependencyRoots() {
        return find().flatMap((each) => Dependable.of(each).dependencyRoots);
      },
    });
  }
}
