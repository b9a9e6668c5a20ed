/** One line of a file of secrets, with its number for the report. */
export type CsvRow = { readonly line: number; readonly userId: string; readonly uri: string; readonly label?: string };
export type CsvFault = { readonly line: number; readonly reason: string };

const columnsKnown = ['userId', 'uri', 'label'];

/**
 * Splits a CSV text (RFC 4180: quotes double, line breaks may stand in quotes) into records of fields. Throws on a quote that never
 * ends, since everything after it would be one field.
 */
export function parseCsv(text: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let startedAt = 1;
  const endRecord = () => {
    fields.push(field);
    if (fields.length > 1 || fields[0] !== '') records.push({ line: startedAt, fields });
    fields = [];
    field = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\n') line += 1;
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === ',') {
      fields.push(field);
      field = '';
    } else if (sign === '\n') {
      endRecord();
      startedAt = line;
    } else if (sign !== '\r') field += sign;
  }
  if (quoted) throw new Error(`a quote that begins in the record of line ${startedAt} never ends`);
  endRecord();
  return records;
}

/** Rows of a file whose first record names its columns: userId and uri, and label if it has them. */
export function readRows(text: string): { rows: CsvRow[]; faults: CsvFault[] } {
  const [head, ...records] = parseCsv(text.replace(/^﻿/, ''));
  const columns = head?.fields.map((name) => name.trim()) ?? [];
  const unknown = columns.filter((name) => !columnsKnown.includes(name));
  if (!columns.includes('userId') || !columns.includes('uri') || unknown.length > 0) {
    throw new Error('the first line must name the columns userId, uri and, if there are labels, label');
  }
  const rows: CsvRow[] = [];
  const faults: CsvFault[] = [];
  for (const { line, fields } of records) {
    const value = (name: string) => fields[columns.indexOf(name)] ?? '';
    const [userId, uri, label] = [value('userId'), value('uri').trim(), value('label').trim()];
    if (fields.length !== columns.length)
      faults.push({ line, reason: `has ${fields.length} fields instead of ${columns.length}` });
    else if (userId === '' || uri === '') faults.push({ line, reason: 'lacks userId or uri' });
    else rows.push({ line, userId, uri, ...(label !== '' && { label }) });
  }
  return { rows, faults };
}
