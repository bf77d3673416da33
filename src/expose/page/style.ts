/** The page's only stylesheet. No fonts, images or frames are loaded: it must open from a jump host at night. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#5a6676;--faint:#8793a3;--line:#dfe4ea;--code:#f0f3f6;--control:#8a95a4;--plot:#f1f4f7;
--bad:#b3261e;--bad-bg:#fdeceb;--warn:#8a5a00;--warn-bg:#fff4dc;--ok:#1a7040;--ok-bg:#e6f5ec;--info:#0b5cad;--info-bg:#e7f1fb;--mute:#5a6676;--mute-bg:#eceff3}
@media (prefers-color-scheme:dark){:root{--bg:#10151c;--card:#182029;--ink:#e4e9f0;--soft:#a3afbd;--faint:#7b8898;--line:#2a3541;--code:#0f151c;--control:#6b7889;--plot:#121920;
--bad:#ff8a80;--bad-bg:#3a1a1a;--warn:#ffca6b;--warn-bg:#352a12;--ok:#7bd8a0;--ok-bg:#14301f;--info:#8cc4ff;--info-bg:#152a40;--mute:#a3afbd;--mute-bg:#232d38}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
a{color:var(--info);text-decoration-thickness:1px;text-underline-offset:2px}
:focus-visible{outline:2px solid var(--info);outline-offset:2px;border-radius:3px}
.page{max-width:1240px;margin:0 auto;padding:0 20px 60px}
.page.of{padding:10px 20px 0}
.top{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 18px;padding:20px 0 14px}
.top h1{font-size:19px;margin:0;letter-spacing:-.01em}
.top nav{margin-left:auto;display:flex;gap:14px;font-size:14px}
.meta{color:var(--soft);font-size:13px}
h2{font-size:13px;font-weight:650;text-transform:uppercase;letter-spacing:.07em;color:var(--soft);margin:34px 0 10px}
h3{font-size:13px;font-weight:650;margin:20px 0 6px;color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:0 0 16px}
.card.bad{border-left:5px solid var(--bad)}.card.blind{border-left:5px solid var(--warn)}.card.ok{border-left:5px solid var(--ok)}.card.gone{border-left:5px solid var(--faint)}
.summary{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 14px}
.tile{color:inherit;text-decoration:none;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 18px;min-width:128px}
.tile b{display:block;font-size:26px;line-height:1.2;font-variant-numeric:tabular-nums}
.tile span{font-size:13px;color:var(--soft)}
.tile.bad b{color:var(--bad)}.tile.ok b{color:var(--ok)}.tile.warn b{color:var(--warn)}
.scroll{overflow-x:auto}
.flush{padding:0}.flush:has(tbody:empty){display:none}
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
.filter{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;margin:0 0 12px;font-size:14px}
.filter label{display:flex;align-items:center;gap:6px;color:var(--soft)}
input[type=search],select,button{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--control);border-radius:7px;padding:4px 9px;min-height:32px}
button{cursor:pointer}
#q{width:240px;max-width:100%}
th a{color:inherit;text-decoration:none}th a:hover{color:var(--ink);text-decoration:underline}
th[aria-sort] a::after{content:" ↑"}th[aria-sort=descending] a::after{content:" ↓"}
.group .verdict{margin-top:8px}
#stale{position:sticky;top:0;z-index:2;margin:0 0 14px;padding:9px 14px;border-radius:8px;background:var(--warn-bg);color:var(--warn);font-weight:600}
.old .card,.old .summary{opacity:.6}
.copy{position:absolute;top:4px;right:4px;min-height:24px;padding:0 8px;font:12px/1.5 system-ui,sans-serif;color:var(--soft);border-color:var(--line);user-select:none}
.copy:hover,.copy:focus-visible{color:var(--ink);border-color:var(--control)}
.card>h2:first-child{margin-top:0}
.hour{margin:2px 0 6px;font-size:13px}
.lanes{position:relative;--what:230px;--says:150px}
.lane{display:grid;grid-template-columns:var(--what) 1fr var(--says);gap:0 12px;align-items:center;min-height:22px}
.lane .what{color:var(--soft)}.lane .says{font-variant-numeric:tabular-nums}
.lane .drawn{height:16px;background:var(--plot);border-radius:2px}.lane.tall .drawn{height:40px}.lane.tall{min-height:46px}
.lane svg,.overlay svg{display:block;width:100%;height:100%;overflow:visible}
.overlay{position:absolute;top:0;bottom:0;left:calc(var(--what) + 12px);right:calc(var(--says) + 12px);pointer-events:none}
.axis{display:grid;grid-template-columns:repeat(6,10fr) 1fr;margin:3px 162px 0 242px;color:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
.axis time{border-left:1px solid var(--control);padding-left:4px}
.fail{fill:var(--bad)}.fail.soft{opacity:.25}.pass{fill:var(--ok)}.ready{fill:var(--ok);opacity:.45}.mark,.held{fill:var(--info)}.lines{fill:var(--warn)}
.line{fill:none;stroke:var(--info);stroke-width:1.5;vector-effect:non-scaling-stroke}.line.direct{stroke:var(--soft);stroke-dasharray:3 2}
.moment{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:4 3;vector-effect:non-scaling-stroke}.moment-key{color:var(--bad);font-weight:700}
.gap{fill:var(--faint);opacity:.3}
#cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--ink)}
.reader{display:grid;grid-template-columns:230px 1fr;gap:4px 12px;margin-top:8px;align-items:center}
.reader label{color:var(--soft)}.reader input{width:calc(100% - 162px);margin:0}.reader output{grid-column:1/-1;min-height:1.5em;font-variant-numeric:tabular-nums}
.hurt{color:var(--bad);font-size:13px}
.words pre{margin:2px 0 0}.words td{padding-top:0}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre,.cmd{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:7px 64px 7px 10px;margin:6px 0 0;white-space:pre-wrap;position:relative}
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
.summary{gap:8px}.tile{min-width:0;flex:1 1 auto;padding:8px 12px;overflow-wrap:normal}
.stack thead{display:none}.stack,.stack tbody{display:block}.stack tr{display:flex;flex-wrap:wrap;gap:4px 12px;padding:10px 14px;border-bottom:1px solid var(--line)}.stack tbody tr:last-child{border-bottom:0}
.stack td,.stack td.n,.flush .stack td:first-child{display:block;min-width:0;max-width:100%;padding:0;border:0;text-align:left;overflow-wrap:anywhere}.stack td:empty{display:none}.stack td:first-child{flex:1 1 100%}.stack td .sub{display:inline;margin-left:6px}.stack td:first-child .sub{display:block;margin:0}.card:not(.flush) .stack tr{padding:10px 0}}
@media (max-width:760px){.lanes{--what:0px;--says:0px}.lane{grid-template-columns:1fr auto;padding:3px 0}.lane .drawn{grid-column:1/-1;order:3}.overlay{left:0;right:0}.axis{margin:3px 0 0}.reader{grid-template-columns:1fr}.reader input{width:100%}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important;scroll-behavior:auto!important}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--faint:#666;--line:#bbb;--code:#f4f4f4;--plot:#f4f4f4;--control:#888;
--bad:#a01010;--bad-bg:#fff;--warn:#6b4500;--warn-bg:#fff;--ok:#115c32;--ok-bg:#fff;--info:#08427d;--info-bg:#fff;--mute:#444;--mute-bg:#eee}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.top nav,.filter,.copy,.reader{display:none}.page{max-width:none;padding:0}.card{break-inside:avoid-page}tr,li{break-inside:avoid}.chip{border:1px solid}}
`;
