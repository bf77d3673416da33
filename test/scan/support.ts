import fc from 'fast-check';

/** Random RE2 syntax over a small alphabet, so that random lines have a chance to match. */
const char = fc.constantFrom('a', 'b', 'c', 'k', 's', 'S', 'E', ' ', ':', '0', '7', '\\.', '\\[', '\\x41', 'é', '\\x{2026}', '\\-');
const charClass = fc.constantFrom(
  '[abc]',
  '[^ab]',
  '[a-c0-9]',
  '\\d',
  '\\w',
  '\\S',
  '\\s',
  '\\W',
  '.',
  '[[:alpha:]]',
  '[^\\d]',
  '[k-s]',
  '[sS]',
  '[\\w.-]',
  '[]a]',
  '[^]a]',
);
const assertion = fc.constantFrom('^', '$', '\\b', '\\B', '\\A', '\\z');
const word = fc.constantFrom('error', 'Error', 'refused', 'dial tcp ', 'k8s', 'ask', ' timeout', 'EOF', '\\Qa.b\\E', 'sés');

export const regexText: fc.Arbitrary<string> = fc.letrec<{ regex: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'regex' },
    { weight: 6, arbitrary: char },
    { weight: 3, arbitrary: charClass },
    { weight: 5, arbitrary: word },
    { weight: 1, arbitrary: assertion },
    { weight: 2, arbitrary: tie('regex').map((regex) => `(?:${regex})`) },
    { weight: 1, arbitrary: tie('regex').map((regex) => `(${regex})`) },
    { weight: 1, arbitrary: tie('regex').map((regex) => `(?P<name>${regex})`.replace(/\(\?P<name>/g, '(')) },
    { weight: 1, arbitrary: tie('regex').map((regex) => `(?i:${regex})`) },
    { weight: 1, arbitrary: tie('regex').map((regex) => `(?i)${regex}`) },
  ),
  regex: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'regex' },
    {
      weight: 5,
      arbitrary: fc
        .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,3}', '{1,}', '*?')), {
          minLength: 1,
          maxLength: 4,
        })
        .map((parts) =>
          parts
            .map(([atom, repeat]) =>
              /^(\^|\$|\\[bBAz]|.{6,})$/.test(atom) && !/^[([]/.test(atom)
                ? atom
                : atom.startsWith('(?i)')
                  ? `(?:${atom})${repeat}`
                  : atom + repeat,
            )
            .join(''),
        ),
    },
    { weight: 1, arbitrary: fc.tuple(tie('regex'), tie('regex')).map(([a, b]) => `${a}|${b}`) },
  ),
})).regex;

const piece = fc.constantFrom(
  'a',
  'b',
  'c',
  'k',
  'K',
  's',
  'S',
  'E',
  ' ',
  ':',
  '0',
  '7',
  '.',
  '[',
  'A',
  'é',
  '…',
  '\u212a',
  '\u017f',
  '-',
  '_',
  '\t',
  '😀',
  'error',
  'ERROR',
  'refused',
  'dial tcp ',
  'k8s',
  'ask',
  ' timeout',
  'EOF',
  'eof',
  'a.b',
  'sés',
  ']',
);

export const lineText: fc.Arbitrary<string> = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
