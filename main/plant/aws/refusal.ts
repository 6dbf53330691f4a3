/** What AWS answers when it does not do what was asked: a code for programs and words for people. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}
export const notFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', message, 404)
