import type { Catalogue } from '../catalogue.ts';
import type { Artifact } from '../formats/rule-formats.ts';
import { DEFAULT_OPTIONS, type GenerateOptions } from '../options.ts';
import { alertsOf } from '../rule-book.ts';
import { diagnosisRules } from '../rules.ts';
import { alertPages } from './alert-page.ts';
import { causePage } from './cause-page.ts';
import { indexPage } from './index-page.ts';
import { type Page, printMarkdown } from './page.ts';
import { UNKNOWN_PAGE } from './unknown-page.ts';

export function runbookPages(catalogue: Catalogue, options: GenerateOptions = DEFAULT_OPTIONS): Page[] {
  const alerts = alertsOf(diagnosisRules(catalogue, options));
  return [indexPage(catalogue), ...alertPages(alerts), ...catalogue.causes.map((cause) => causePage(cause, catalogue)), UNKNOWN_PAGE];
}

export function runbookFiles(catalogue: Catalogue, options: GenerateOptions): Artifact[] {
  return runbookPages(catalogue, options).map((page) => ({ path: `${page.id}.md`, content: printMarkdown(page) }));
}
