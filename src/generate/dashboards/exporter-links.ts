import { runbookUrl } from '../annotations.ts';
import type { GenerateOptions } from '../options.ts';
import type { Link } from './panel.ts';

/** The variable with the address of the exporter's pages. A Grafana that got these files from somebody else is told it there. */
export const EXPORTER_VARIABLE = 'exporter';
/** An address stays as it is: in other formats Grafana escapes what it inserts. */
export const EXPORTER = `\${${EXPORTER_VARIABLE}:raw}`;
const API = '${__field.labels.apiservice}';

/** From a series with the label apiservice to the exporter's page of that API. */
export const PAGE_LINK: Link = { title: 'Why it fails', url: `${EXPORTER}/apis/${API}` };
export const INCIDENTS_LINK: Link = { title: 'Its incidents', url: `${EXPORTER}/incidents?apiservice=${API}` };

/** From a series with the label cause to its runbook, wherever that is. */
export function runbookLink(options: GenerateOptions): Link {
  const own = options.runbookUrl === `${options.externalUrl}/runbooks/{page}`;
  return {
    title: 'Runbook',
    url: runbookUrl('${__field.labels.cause}', own ? { ...options, runbookUrl: `${EXPORTER}/runbooks/{page}` } : options),
  };
}
