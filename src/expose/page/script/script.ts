import { COPY } from './copy.ts';
import { CURSOR } from './cursor.ts';
import { FILTER } from './filter.ts';
import { LIVE } from './live.ts';
import { PATCH } from './patch.ts';
import { TIMES } from './times.ts';

/**
 * What a page does by itself, as one inline text whose hash is in the Content-Security-Policy. Each part is a plain text of JavaScript: a function
 * printed by `toString` would hold whatever the bundler puts into it. `started` holds what is done again to markup that came later.
 */
export const SCRIPT = `(()=>{'use strict';const $=id=>document.getElementById(id),body=document.body,started=[];
${TIMES}${COPY}${FILTER}${CURSOR}${PATCH}${LIVE}
for(const begin of started)begin(document)})();
`;
