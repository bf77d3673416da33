/** `cause/evidence` (or any cause's: `*\/evidence`) → what the output of its command must hold while the sentence is true. */
export const SHOWS: Readonly<Record<string, RegExp>> = {};
