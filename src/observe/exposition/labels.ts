/** Value of one label in the raw text between the braces, unescaped; undefined when it is not there. */
export function labelOf(labels: string, name: string): string | undefined {
  const open = `${name}="`;
  let at = labels.indexOf(open);
  while (at > 0 && labels[at - 1] !== ',' && labels[at - 1] !== ' ') at = labels.indexOf(open, at + 1);
  if (at < 0) return undefined;
  const start = at + open.length;
  const end = labels.indexOf('"', start);
  // A closing quotation mark may look like an opening one (`x="a,name=",y=…`), and an escaped one like the end: then step by step.
  if (end < 0 || start === labels.length || labels[start] === ',' || labels.lastIndexOf('\\', end) >= start) return walk(labels, name);
  return labels.slice(start, end);
}

function walk(labels: string, name: string): string | undefined {
  let at = 0;
  while (at < labels.length) {
    const equals = labels.indexOf('=', at);
    const open = labels.indexOf('"', equals);
    if (equals < 0 || open < 0) return undefined;
    let close = open + 1;
    while (close < labels.length && labels[close] !== '"') close += labels[close] === '\\' ? 2 : 1;
    if (labels.slice(at, equals).trim() === name) return unescaped(labels.slice(open + 1, close));
    at = close + 1;
    while (labels[at] === ',' || labels[at] === ' ') at++;
  }
  return undefined;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
