// What both scripts share: the table, and the upsert of one page in one transaction.
import Database from 'better-sqlite3'

export const { BENCH_ORG: org, BENCH_TOKEN: token, BENCH_FILE: file } = process.env
export const columns = process.env.BENCH_COLUMNS.split(',')
export const properties = process.env.BENCH_SELECT.split(',')

export function open() {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.exec(`CREATE TABLE IF NOT EXISTS account (accountid TEXT NOT NULL PRIMARY KEY, ${columns.join(', ')})`)
  const upsert = db.prepare(`INSERT INTO account (accountid, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})
    ON CONFLICT (accountid) DO UPDATE SET ${columns.map(c => `${c} = excluded.${c}`).join(', ')}`)
  const write = db.transaction((rows, text) => {
    for (const row of rows) {
      upsert.run(row.accountid, ...properties.map(p => {
        const v = row[p]
        return v === undefined || v === null ? null : typeof v === 'boolean' ? (v ? 1 : 0) : text ? text(v) : v
      }))
    }
  })
  return { write, close: () => { db.pragma('wal_checkpoint(TRUNCATE)'); db.close() } }
}
