import { type Cause, clausesOf, type EvidenceDeclaration, remedyInWords, sentenceOf, WEIGHTS } from '../../domain/cause.ts';
import { signalsOf } from '../../domain/criterion.ts';
import { type Catalogue, signalNamed } from '../catalogue.ts';
import { CAUSE_FOR } from '../cause-alerts.ts';
import { printDuration } from '../duration.ts';
import { causeAlertName } from '../names.ts';
import { selectorOf } from '../promql.ts';
import { SERIES } from '../series.ts';
import { CONFIDENT } from '../symptom-alerts.ts';
import { type Block, heading, list, type Page, paragraph, promql, shell, steps, table } from './page.ts';
import { asCommand, describeCriterion, setVariables, withVariables } from './words.ts';

export function causePage(cause: Cause, catalogue: Catalogue): Page {
  return {
    id: cause.id,
    title: cause.title,
    blocks: [
      paragraph(
        `Cause \`${cause.id}\`, category \`${cause.category}\`, severity ${cause.severity}. Alert: \`${causeAlertName(cause.id)}\`.`,
      ),
      heading('What it means'),
      paragraph(cause.summary),
      heading('How we know'),
      ...howWeKnow(cause, catalogue),
      heading('Confirm by hand'),
      paragraph('All of these commands only read.'),
      shell(confirmation(cause)),
      heading('Remedy'),
      ...remedy(cause),
      heading('Verify'),
      shell(asCommand(cause.verify.command)),
      paragraph(`It worked when: ${withVariables(cause.verify.expect)}`),
      ...confusedWith(cause, catalogue),
      heading('The alert'),
      paragraph(
        `\`${causeAlertName(cause.id)}\` fires while the API errs and the confidence of this cause has been at least ${CONFIDENT * 100} % for ${printDuration(CAUSE_FOR)}. The alerts of the symptoms ([Down](aggregatedapidown), [Errors](aggregatedapierrors), [Flapping](aggregatedapiflapping), [Slow](aggregatedapislow)) carry \`cause="${cause.id}"\` while it is the most likely one.`,
      ),
      ...(cause.references.length > 0 ? [heading('References'), list(cause.references.map(linked))] : []),
    ],
  };
}

function howWeKnow(cause: Cause, catalogue: Catalogue): Block[] {
  const rows = (evidence: readonly EvidenceDeclaration[]) =>
    evidence.map((declaration) => [
      `\`${declaration.id}\``,
      inWords(declaration),
      `${signed(WEIGHTS[declaration.weight])} (${declaration.weight})`,
      describeCriterion(declaration.when),
    ]);
  const head = ['evidence', 'what is seen', 'points', 'when'];
  const explained = catalogue.causes.filter((other) => other.supersedes?.includes(cause.id));
  return [
    paragraph(`The score begins at ${cause.prior} and adds the points of what is seen. What was not observed adds nothing.`),
    table(head, rows(cause.evidence)),
    ...(cause.lookBack?.length
      ? [paragraph('Only while nothing explains the failure, the last hour is looked through for:'), table(head, rows(cause.lookBack))]
      : []),
    ...(explained.length > 0
      ? [
          paragraph(
            `It is a consequence, and steps back, while there is direct evidence of ${explained.map((other) => `[${other.id}](${other.id})`).join(', ')}.`,
          ),
        ]
      : []),
    ...(cause.supersedes?.length ? [paragraph(`It explains ${cause.supersedes.map((id) => `[${id}](${id})`).join(', ')} away.`)] : []),
    paragraph('In Prometheus:'),
    promql(
      [`${SERIES.evidence}{cause="${cause.id}"} != 0`, `${SERIES.confidence}{cause="${cause.id}"}`, ...seriesOf(cause, catalogue)].join(
        '\n',
      ),
    ),
  ];
}

/** What is seen, of any API. */
function inWords(declaration: EvidenceDeclaration): string {
  return withVariables(
    sentenceOf(clausesOf(declaration).map(({ text }) => text))
      .replace(/\{value\|[^|}]*\|([^|}]*)\}/g, '… $1')
      .replace(/\{(?:value|met|of|from|r)\}/g, '…'),
  );
}

/** The series that the evidence reads, each once. */
function seriesOf(cause: Cause, catalogue: Catalogue): string[] {
  const names = [...cause.evidence, ...(cause.lookBack ?? [])].flatMap(({ when }) => signalsOf(when));
  return [...new Set(names.map((name) => selectorOf(signalNamed(catalogue, name))))];
}

/** Every command of the page. */
function templatesOf(cause: Cause): string[] {
  const evidence = [...cause.evidence, ...(cause.lookBack ?? [])].flatMap(({ reproduce }) => reproduce ?? []);
  const steps = cause.remedy.flatMap((step) => (typeof step === 'string' ? [] : [step.command ?? '', step.says]));
  return [...evidence, ...steps, cause.verify.command];
}

function confirmation(cause: Cause): string {
  const seen = new Map([['kubectl describe apiservice "$APISERVICE"', ['what the kube-apiserver holds against it']]]);
  for (const declaration of [...cause.evidence, ...(cause.lookBack ?? [])]) {
    const { reproduce } = declaration;
    if (!reproduce) continue;
    const command = asCommand(reproduce);
    seen.set(command, [...(seen.get(command) ?? []), inWords(declaration)]);
  }
  const commands = [...seen].map(([command, says]) => [...says.map((text) => `# ${text}`), command].join('\n'));
  return [setVariables(templatesOf(cause)), ...commands].join('\n\n');
}

function remedy(cause: Cause): Block[] {
  const asStep = (step: Cause['remedy'][number]) =>
    remedyInWords(step, withVariables, typeof step === 'string' || step.command === undefined ? undefined : asCommand(step.command));
  const warns = cause.remedy.some((step) => typeof step !== 'string' && step.destroys !== undefined);
  return [
    ...(warns ? [paragraph('A step that says what it destroys needs decisive evidence first: see the points above.')] : []),
    steps(cause.remedy.map(asStep)),
  ];
}

function confusedWith(cause: Cause, catalogue: Catalogue): Block[] {
  const pairs = (cause.confusedWith ?? []).map(({ cause: other, tell }) => {
    const title = catalogue.causes.find((candidate) => candidate.id === other)?.title;
    return [`[${title ?? other}](${other})`, tell];
  });
  return [
    heading('Confused with'),
    pairs.length > 0 ? table(['cause', 'how to tell'], pairs) : paragraph('Nothing that we know of: its evidence is its own.'),
  ];
}

function signed(points: number): string {
  return points > 0 ? `+${points}` : String(points);
}

function linked(reference: string): string {
  return /^https:\/\/\S+$/.test(reference) ? `[${reference.replace('https://', '')}](${reference})` : reference;
}
