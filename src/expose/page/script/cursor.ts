/** Reads a minute of the hour, by pointer over the drawing and by the keys of a slider: what it says is the row of the table. */
export const CURSOR = `
const lanes=$('lanes'),range=$('moment');
function read(){const rows=$('minutes'),max=+range.max,row=rows?.children[max-range.value],cursor=$('cursor');if(!row)return;
const heads=[...row.closest('table').tHead.rows[0].cells].map(h=>h.textContent),cells=[...row.cells].map(c=>c.textContent);
const said=cells.map((c,i)=>i===0||c==='–'||c===''?'':heads[i]+': '+c).filter(Boolean);
const text=cells[0]+' '+(said.join(' · ')||'nothing was recorded');
write($('reading'),text);range.setAttribute('aria-valuetext',text);cursor.style.left=(+range.value+.5)/(max+1)*100+'%'}
if(lanes&&range){$('reader').hidden=false;
const show=()=>{$('cursor').hidden=false;read()};
lanes.addEventListener('pointermove',e=>{const box=$('cursor').parentElement.getBoundingClientRect(),share=(e.clientX-box.left)/box.width;
if(share<0||share>1)return;range.value=Math.floor(share*(+range.max+1));show()});
range.addEventListener('input',show);range.addEventListener('focus',show);read()}
`;
