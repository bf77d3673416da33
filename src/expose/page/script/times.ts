/** Times in the viewer's zone, and how long ago by the clock of the exporter, which the message of each tick sets. */
export const TIMES = `
let at=+body.dataset.at||Date.now(),ticked=performance.now(),gap=30000;
const now=()=>at+performance.now()-ticked;
const two=n=>String(n).padStart(2,'0');
const local=d=>d.getFullYear()+'-'+two(d.getMonth()+1)+'-'+two(d.getDate())+' '+two(d.getHours())+':'+two(d.getMinutes())+':'+two(d.getSeconds());
const span=ms=>{const s=Math.round(ms/1000);if(s<90)return s+' s';const m=Math.round(s/60);if(m<90)return m+' min';
const h=Math.floor(m/60);return h<48?h+' h'+(m%60?' '+m%60+' min':''):Math.round(h/24)+' d'};
const ago=ms=>ms<1000?'now':span(ms)+' ago';
const write=(el,text)=>{if(el.textContent!==text)el.textContent=text};
function tick(root){for(const t of root.querySelectorAll('time.r'))write(t,ago(now()-Date.parse(t.dateTime)))}
function times(root){for(const t of root.querySelectorAll('time')){const text=local(new Date(t.dateTime));t.title=text+' here, '+t.dateTime.slice(0,19).replace('T',' ')+' UTC';
if(t.className==='hm')write(t,text.slice(11,16));else if(t.className!=='r')write(t,text)}tick(root)}
started.push(times);
setInterval(()=>tick(document),5000);
if($('zone'))write($('zone'),'Times are those of '+(Intl.DateTimeFormat().resolvedOptions().timeZone||'this browser')+'; UTC stands in their titles.');
`;
