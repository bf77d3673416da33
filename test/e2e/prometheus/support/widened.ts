import type { Cause, EvidenceDeclaration } from '../../../../src/domain/cause.ts';
import type { Criterion } from '../../../../src/domain/criterion.ts';
import type { Catalogue } from '../../../../src/generate/catalogue.ts';
import { windowOf } from '../../../../src/generate/promql.ts';

/** The catalogue with its windows as the rules print them for a scrape interval: so both readers are asked the same. */
export function widenedFor(scrapeInterval: number, catalogue: Catalogue): Catalogue {
  const evidence = (declaration: EvidenceDeclaration): EvidenceDeclaration => ({
    ...declaration,
    when: widen(declaration.when, scrapeInterval),
    says:
      typeof declaration.says === 'string'
        ? declaration.says
        : declaration.says.map((clause) => ({ ...clause, when: widen(clause.when, scrapeInterval) })),
  });
  const causes = catalogue.causes.map(
    (cause): Cause => ({
      ...cause,
      evidence: cause.evidence.map(evidence),
      ...(cause.lookBack ? { lookBack: cause.lookBack.map(evidence) } : {}),
    }),
  );
  return {
    ...catalogue,
    causes,
    facts: catalogue.facts.map((fact) => ({ ...fact, when: widen(fact.when, scrapeInterval) })),
    symptom: widen(catalogue.symptom, scrapeInterval),
    symptomNow: widen(catalogue.symptomNow, scrapeInterval),
  };
}

function widen(criterion: Criterion, interval: number): Criterion {
  switch (criterion.kind) {
    case 'above':
    case 'below':
      return { ...criterion, value: { ...criterion.value, window: windowOf(criterion.value.window, interval) } };
    case 'tracks':
      return { ...criterion, over: windowOf(criterion.over, interval) };
    case 'coincides':
      return { ...criterion, event: widen(criterion.event, interval), spike: widen(criterion.spike, interval) };
    case 'not':
      return { ...criterion, of: widen(criterion.of, interval) };
    case 'all':
    case 'any':
      return { ...criterion, of: criterion.of.map((part) => widen(part, interval)) };
    default:
      return criterion;
  }
}
