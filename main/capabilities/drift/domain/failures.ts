/** Input that cannot be used, in words for people; anything else that is thrown is a bug. */
export class UnusableInput extends Error {
  constructor(
    readonly says: string,
    readonly remedy: string,
  ) {
    super(says)
    this.name = 'UnusableInput'
  }
}
