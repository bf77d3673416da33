/**
 * `20260105t090000z-v1.tides.example.com`, or with `-2` and so on where that is taken. It needs no escaping in a URL, a file name or a shell.
 * @param began Unix seconds.
 */
export function incidentId(began: number, apiservice: string, isTaken: (id: string) => boolean): string {
  const at = new Date(Math.floor(began) * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  const id = `${at}z-${apiservice
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, LONGEST_NAME)}`;
  if (!isTaken(id)) return id;
  let number = 2;
  while (isTaken(`${id}-${number}`)) number++;
  return `${id}-${number}`;
}

/** The name of an object has at most so many characters. */
const LONGEST_NAME = 253;

export const INCIDENT_ID = /^\d{8}t\d{6}z-[a-z0-9.-]{1,270}$/;
