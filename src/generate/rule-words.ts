/** The title of a cause as the end of a sentence, without its full stop. */
export function titleInSentence(title: string): string {
  return `${title.charAt(0).toLowerCase()}${title.slice(1).replace(/\.$/, '')}`;
}
