/**
 * Follows the stream of what changes. Where there is none (too many are open, a proxy keeps it back) the page is fetched every ten seconds
 * instead, and while nothing comes the page says so: an old page that looks new would be a lie. A hidden tab holds no stream.
 */
export const LIVE = `
const path=body.dataset.live,SILENT=25000;let source,heard=performance.now(),turn=0,gone=false;
function came(time){heard=performance.now();if(time&&time!==at){gap=Math.max(gap,time-at);at=time;ticked=heard;const t=$('observed-at')?.firstElementChild;if(t){t.dateTime=new Date(at).toISOString();times(t.parentElement)}}tick(document);judge()}
function judge(){const silent=performance.now()-heard,old=performance.now()-ticked;
const says=gone?body.dataset.gone:
silent>SILENT?'The exporter has not answered for '+span(silent)+': what is shown is from '+local(new Date(at))+'.':
old>3*gap&&path?'The exporter answers, but has observed nothing new for '+span(old)+'.':'';
write($('stale'),says);$('stale').hidden=!says;body.classList.toggle('old',!!says)}
async function pull(){try{const r=await fetch(location.pathname+(form?'':location.search),{cache:'no-store'});if(r.status===404){gone=true;return came()}if(!r.ok)throw 0;
const d=new DOMParser().parseFromString(await r.text(),'text/html');gone=false;
if((d.body.dataset.live||'')!==(path||''))return location.reload();
if(!path){document.querySelector('.page').replaceWith(d.querySelector('.page'));for(const begin of started)begin(document);return came()}
const set={},order={};for(const el of d.querySelectorAll('[data-r]'))set[el.id]=el.outerHTML;
for(const el of d.querySelectorAll('[data-l]'))order[el.id]=[...el.children].map(c=>c.id);
patch({set,order,title:d.title});came(+d.body.dataset.at)}catch{judge()}}
function follow(){if(!path||document.hidden||source)return;source=new EventSource(path+'&at='+at);
source.onmessage=e=>{const m=JSON.parse(e.data);if(m.behind){came();return pull()}gone=!!m.gone;patch(m);came(m.at)};
source.onerror=()=>{if(source?.readyState===2)source=undefined}}
const leave=()=>{source?.close();source=undefined};
document.addEventListener('visibilitychange',()=>document.hidden?leave():follow());
addEventListener('pagehide',leave);addEventListener('pageshow',follow);
setInterval(()=>{judge();if(document.hidden)return;turn++;if(!path){if(turn%2===0)pull()}else if(!source&&turn%10===0){pull();if(turn%60===0)follow()}},1000);
function unfold(){const d=location.hash&&$(decodeURIComponent(location.hash.slice(1)));if(d&&d.tagName==='DETAILS')d.open=true}
addEventListener('hashchange',unfold);unfold();follow();
`;
