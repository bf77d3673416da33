/** A line of the severity error or worse, whatever stands before its header, or a client's error. */
const ERROR_LINE =
  /(?:^|[\s\]|"])[EF]\d{4} \d\d:\d\d:\d\d|^(?:E|F) (?:\d{4}-|\.\.\.)|^\s*(?:error|fatal|panic)\b[: ]|"(?:level|severity|L)":\s?"(?:error|fatal|panic|dpanic|critical)"|\blevel=(?:error|fatal|panic)\b|^Error from server/i;
const ERROR_WORD =
  /\b(?:ERROR|FATAL|CRITICAL|ERRO|EROR)\b|^\s*(?:[Ff]ailed|[Uu]nable|[Cc]ould not|[Cc]annot|[Cc]ouldn't|[Cc]an't|[Ii]nvalid)\b/;

export function looksLikeError(line: string): boolean {
  const head = line.length > 400 ? line.slice(0, 400) : line;
  return ERROR_LINE.test(head) || ERROR_WORD.test(head);
}
