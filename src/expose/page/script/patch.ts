/**
 * Puts newer regions in place of older ones. What the reader has selected waits until it is let go; focus goes to the same place in what is new;
 * folds inside stay as they are.
 */
export const PATCH = `
const held=new Map(),FOCUSABLE='a[href],button,summary,input,select,[tabindex]',template=document.createElement('template');
function made(markup){template.innerHTML=markup;const el=template.content.firstElementChild;for(const begin of started)begin(el);return el}
function isSelected(el){const s=getSelection();return!!s&&!s.isCollapsed&&s.containsNode(el,true)}
function swap(old,next){for(const d of next.querySelectorAll('details[id]')){const was=$(d.id);if(was)d.open=was.open}
const index=old.contains(document.activeElement)?[...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement):-1;
const scrolled=[...old.querySelectorAll('.scroll')].map(s=>s.scrollLeft);if(old.hidden)next.hidden=true;old.replaceWith(next);
[...next.querySelectorAll('.scroll')].forEach((s,i)=>{if(scrolled[i])s.scrollLeft=scrolled[i]});
if(index>=0)next.querySelectorAll(FOCUSABLE)[index]?.focus({preventScroll:true})}
function put(id,markup){const old=$(id);if(isSelected(old))held.set(id,markup);else{held.delete(id);swap(old,made(markup))}}
document.addEventListener('selectionchange',()=>{if(held.size===0)return;for(const[id,markup]of[...held])if(!$(id))held.delete(id);else if(!isSelected($(id)))put(id,markup);settle()});
function patch({set={},order={},title}){const fresh=new Map();
for(const[id,markup]of Object.entries(set))if($(id))put(id,markup);else fresh.set(id,markup);
for(const[holder,ids]of Object.entries(order)){const box=$(holder),keep=new Set(ids);if(!box)continue;
for(const child of[...box.children])if(!keep.has(child.id))child.remove();
ids.forEach((id,i)=>{const el=$(id)||(fresh.has(id)?made(fresh.get(id)):undefined);if(!el)return;
if(!el.isConnected||(box!==rows&&box.children[i]!==el))box.insertBefore(el,box.children[i]||null)})}
if(title!==undefined)document.title=title;settle()}
function settle(){if(form&&rows){sort();filter()}if(range)read()}
`;
