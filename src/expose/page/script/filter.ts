/**
 * The filter and the order of the fleet, as one types and clicks, and in the URL. The server answers the same URL alike: what is looked at is
 * the same (the row's words but for its times), and so is the order, worst first among equals.
 */
export const FILTER = `
const form=$('filter'),rows=$('rows'),FIELDS=['q','state','namespace','category'],STATES=['failing','blind','recovering','deleted','healthy'];
const field=name=>form.elements[name],nameOf=r=>r.cells[0].firstChild.textContent,less=(a,b)=>a<b?-1:a>b?1:0;
const worst=(a,b)=>less(STATES.indexOf(a.dataset.s),STATES.indexOf(b.dataset.s))||less(nameOf(a),nameOf(b));
const KEYS={name:nameOf,state:r=>STATES.indexOf(r.dataset.s),cause:r=>r.cells[2].firstChild?.textContent,sure:r=>r.dataset.p&&+r.dataset.p,
pattern:r=>r.cells[4].textContent||undefined,since:r=>r.dataset.t&&+r.dataset.t};
const words=r=>[0,1,2,4].flatMap(i=>[...r.cells[i].childNodes].map(n=>n.textContent)).filter(Boolean).join(' ').toLowerCase();
function filter(){const q=field('q').value.trim().toLowerCase(),s=field('state').value,n=field('namespace').value,c=field('category').value;let shown=0;
for(const r of rows.children){const ok=(!s||r.dataset.s===s)&&(!n||r.dataset.n===n)&&(!c||r.dataset.c===c)&&(!q||words(r).includes(q));
if(r.hidden===ok)r.hidden=!ok;if(ok)shown++}
const all=!q&&!s&&!n&&!c;write($('count'),all?'':shown+' of '+rows.children.length+' shown');$('clear').hidden=all}
function sort(){const wanted=field('sort').value,down=wanted[0]==='-',key=KEYS[down?wanted.slice(1):wanted];
const sorted=[...rows.children].map(r=>[key?.(r),r]).sort(([a,x],[b,y])=>
(key?a===undefined||b===undefined?(a===undefined)-(b===undefined):down?less(b,a):less(a,b):0)||worst(x,y));
if(sorted.every(([,r],i)=>rows.children[i]===r))return;
const focused=document.activeElement;rows.append(...sorted.map(([,r])=>r));if(rows.contains(focused))focused.focus({preventScroll:true})}
function search(order){const p=new URLSearchParams();for(const n of FIELDS)if(field(n).value.trim())p.set(n,field(n).value.trim());if(order)p.set('sort',order);
const text=p.toString();return text?'?'+text:''}
function settleHeads(){const s=field('sort').value;for(const a of document.querySelectorAll('#fleet th a')){const k=a.dataset.k,th=a.parentElement;
if(s===k||s==='-'+k)th.setAttribute('aria-sort',s===k?'ascending':'descending');else th.removeAttribute('aria-sort');
a.href=location.pathname+search(s===k?'-'+k:k)}}
function asked(){filter();settleHeads();history.replaceState(null,'',location.pathname+search(field('sort').value))}
if(form&&rows){$('apply').hidden=true;form.addEventListener('input',asked);
form.addEventListener('submit',e=>{e.preventDefault();asked()});
document.addEventListener('click',e=>{if(e.ctrlKey||e.metaKey||e.shiftKey||e.button)return;const a=e.target.closest?.('#fleet th a,a[data-state],#clear');if(!a)return;e.preventDefault();
if(a.id==='clear'){for(const n of FIELDS)field(n).value='';asked();field('q').focus();return}
if(a.dataset.state){field('state').value=field('state').value===a.dataset.state?'':a.dataset.state}
else{const s=field('sort').value,k=a.dataset.k;field('sort').value=s===k?'-'+k:k;sort()}asked()});
document.addEventListener('keydown',e=>{if(e.key==='/'&&!/^(input|select|textarea)$/i.test(e.target.tagName)){e.preventDefault();field('q').focus()}});
const old=/^#api-/.test(location.hash)&&$(location.hash.slice(1));if(old)location.replace(old.cells[0].firstChild.href)}
`;
