/** The page's only stylesheet. No fonts, images or frames are loaded: it must open from a jump host at night. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#5a6676;--faint:#8793a3;--line:#dfe4ea;--code:#f0f3f6;
--bad:#b3261e;--bad-bg:#fdeceb;--warn:#8a5a00;--warn-bg:#fff4dc;--ok:#1a7040;--ok-bg:#e6f5ec;--info:#0b5cad;--info-bg:#e7f1fb;--mute:#5a6676;--mute-bg:#eceff3}
@media (prefers-color-scheme:dark){:root{--bg:#10151c;--card:#182029;--ink:#e4e9f0;--soft:#a3afbd;--faint:#7b8898;--line:#2a3541;--code:#0f151c;
--bad:#ff8a80;--bad-bg:#3a1a1a;--warn:#ffca6b;--warn-bg:#352a12;--ok:#7bd8a0;--ok-bg:#14301f;--info:#8cc4ff;--info-bg:#152a40;--mute:#a3afbd;--mute-bg:#232d38}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
a{color:var(--info);text-decoration-thickness:1px;text-underline-offset:2px}
:focus-visible{outline:2px solid var(--info);outline-offset:2px;border-radius:3px}
.page{max-width:1240px;margin:0 auto;padding:0 20px 60px}
.top{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 18px;padding:20px 0 14px}
.top h1{font-size:19px;margin:0;letter-spacing:-.01em}
.top nav{margin-left:auto;display:flex;gap:14px;font-size:14px}
.meta{color:var(--soft);font-size:13px}
h2{font-size:13px;font-weight:650;text-transform:uppercase;letter-spacing:.07em;color:var(--soft);margin:34px 0 10px}
h3{font-size:13px;font-weight:650;margin:20px 0 6px;color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:0 0 16px}
.card.bad{border-left:5px solid var(--bad)}.card.blind{border-left:5px solid var(--warn)}.card.ok{border-left:5px solid var(--ok)}.card.gone{border-left:5px solid var(--faint)}
.summary{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 14px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 18px;min-width:128px}
.tile b{display:block;font-size:26px;line-height:1.2;font-variant-numeric:tabular-nums}
.tile span{font-size:13px;color:var(--soft)}
.tile.bad b{color:var(--bad)}.tile.ok b{color:var(--ok)}.tile.warn b{color:var(--warn)}
.scroll{overflow-x:auto}
.flush{padding:0}
table{border-collapse:collapse;width:100%;font-size:14px;overflow-wrap:break-word}
th{font-weight:600;font-size:12.5px;color:var(--soft);text-align:left;padding:8px 12px;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:8px 12px;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>td{border-bottom:0}
.flush table td:first-child,.flush table th:first-child{padding-left:20px}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.t{white-space:nowrap;color:var(--soft);font-variant-numeric:tabular-nums}
td.w{white-space:nowrap}
.name{font-weight:600}
.sub{color:var(--soft);font-size:13px}
.chip{display:inline-block;border-radius:999px;padding:0 9px;font-size:12.5px;font-weight:600;line-height:21px;white-space:nowrap;background:var(--mute-bg);color:var(--mute)}
.chip.bad{background:var(--bad-bg);color:var(--bad)}.chip.ok{background:var(--ok-bg);color:var(--ok)}.chip.warn{background:var(--warn-bg);color:var(--warn)}.chip.info{background:var(--info-bg);color:var(--info)}
.head{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:baseline}
.head h2{all:unset;font-size:18px;font-weight:650;letter-spacing:-.01em}
.verdict{font-size:21px;font-weight:650;line-height:1.3;margin:12px 0 2px;letter-spacing:-.01em}
.lead{margin:4px 0 0;max-width:85ch}
.bar{display:inline-block;width:120px;height:8px;border-radius:4px;background:var(--mute-bg);vertical-align:middle;overflow:hidden}
.bar .f{fill:var(--bad)}.bar.soft .f{fill:var(--faint)}
.conf{white-space:nowrap;font-variant-numeric:tabular-nums}
.strip{display:block;width:100%;max-width:640px;height:26px;margin-top:6px}
.strip .base{stroke:var(--line);stroke-width:2}.strip .on{fill:var(--bad)}.strip .now{fill:var(--bad);opacity:.25}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre,.cmd{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:7px 10px;margin:6px 0 0;white-space:pre-wrap}
.cmd{display:block;user-select:all}
.cmd::before{content:"$ ";color:var(--faint);user-select:none}
ol,ul{margin:4px 0 0;padding-left:22px}
li{margin:3px 0}
.evidence{list-style:none;padding:0;margin:0}
.evidence>li{border-top:1px solid var(--line);padding:9px 0;margin:0}
.evidence>li:first-child{border-top:0}
.row{display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline}
.row .says{flex:1 1 300px}
details{margin-top:10px}
summary{cursor:pointer;color:var(--soft);font-size:14px;font-weight:600}
summary:hover{color:var(--ink)}
details[open]>summary{margin-bottom:6px}
.card.fold{margin:0 0 8px;padding:10px 20px}.fold>summary{font-size:15px;font-weight:400}.fold>summary b{color:var(--ink)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(430px,100%),1fr));gap:0 28px}
.empty{text-align:center;padding:56px 20px}
.empty b{display:block;font-size:19px;margin-bottom:6px}
.foot{color:var(--soft);font-size:13px;margin-top:34px}
.chips{display:flex;flex-wrap:wrap;gap:6px;max-width:none}
@media (max-width:640px){.page{padding:0 12px 40px}.card{padding:14px}.flush{padding:0}.flush table td:first-child,.flush table th:first-child{padding-left:14px}
.summary{gap:8px}.tile{min-width:0;flex:1 1 0;padding:8px 12px}
.stack thead{display:none}.stack,.stack tbody{display:block}.stack tr{display:flex;flex-wrap:wrap;gap:4px 12px;padding:10px 14px;border-bottom:1px solid var(--line)}.stack tbody tr:last-child{border-bottom:0}
.stack td,.stack td.n,.flush .stack td:first-child{display:block;min-width:0;max-width:100%;padding:0;border:0;text-align:left;overflow-wrap:anywhere}.stack td:empty{display:none}.stack td:first-child{flex:1 1 100%}.stack td .sub{display:inline;margin-left:6px}.stack td:first-child .sub{display:block;margin:0}.card:not(.flush) .stack tr{padding:10px 0}}
@media print{.top nav{display:none}.card{break-inside:avoid}}
`;

/**
 * Puts the newest page in place of this one, so that scrolling and opened details stay. Without JavaScript the page reloads by
 * its meta element; while the exporter does not answer, the page says so: an old page that looks new would be a lie.
 */
export const SCRIPT = `
(()=>{const every=5000;let failed=0;
const keep=()=>new Set([...document.querySelectorAll('details[open][id]')].map(d=>d.id));
setInterval(async()=>{if(document.hidden||String(getSelection())!=='')return;
try{const r=await fetch(location.pathname,{cache:'no-store'});if(!r.ok)throw 0;
const d=new DOMParser().parseFromString(await r.text(),'text/html');const next=d.querySelector('.page');if(!next)throw 0;
const open=keep();const shut=new Set([...document.querySelectorAll('details[id]:not([open])')].map(x=>x.id));
for(const x of next.querySelectorAll('details[id]')){if(open.has(x.id))x.open=true;else if(shut.has(x.id))x.open=false}
document.querySelector('.page').replaceWith(next);document.title=d.title;failed=0}
catch{if(++failed>1){const m=document.querySelector('#age');if(m)m.textContent='the exporter does not answer: this page is old'}}},every)})();
`;
