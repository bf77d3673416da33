/** A button at each command and each line of a log. Over plain HTTP from another machine browsers keep the clipboard API away. */
export const COPY = `
async function copy(text){try{await navigator.clipboard.writeText(text);return true}catch{
const area=document.createElement('textarea');area.value=text;body.append(area);area.select();
let ok=false;try{ok=document.execCommand('copy')}catch{}area.remove();return ok}}
started.push(root=>{for(const block of root.querySelectorAll('.cmd,pre')){if(block.lastElementChild)continue;
const b=document.createElement('button');b.type='button';b.className='copy';b.textContent='copy';
b.setAttribute('aria-label','copy '+(block.matches('pre')?'these lines':block.textContent));block.append(b)}});
document.addEventListener('click',async e=>{const b=e.target.closest?.('.copy');if(!b)return;
const ok=await copy(b.parentElement.firstChild.textContent);b.textContent=ok?'copied':'not allowed';b.focus();setTimeout(()=>{b.textContent='copy'},1500)});
`;
