"""urllib, json, gzip and sqlite3: Python's standard library alone."""
import gzip, json, os, sqlite3, ssl, urllib.request

org, token, file = (os.environ[n] for n in ("BENCH_ORG", "BENCH_TOKEN", "BENCH_FILE"))
columns = os.environ["BENCH_COLUMNS"].split(",")
properties = os.environ["BENCH_SELECT"].split(",")
context = ssl.create_default_context(cafile=os.environ["BENCH_CA"])
headers = {
    "Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Encoding": "gzip", "OData-Version": "4.0", "OData-MaxVersion": "4.0",
    "Prefer": 'odata.maxpagesize=5000,odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"',
}
db = sqlite3.connect(file, isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = NORMAL")
db.execute(f"CREATE TABLE IF NOT EXISTS account (accountid TEXT NOT NULL PRIMARY KEY, {', '.join(columns)})")
upsert = (f"INSERT INTO account (accountid, {', '.join(columns)}) VALUES (?{', ?' * len(columns)}) ON CONFLICT (accountid) DO UPDATE SET "
          + ", ".join(f"{c} = excluded.{c}" for c in columns))
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
link = f"{org}/api/data/v9.2/accounts?$select={','.join(properties)}"
while link:
    with opener.open(urllib.request.Request(link, headers=headers)) as answer:
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
    page = json.loads(body)
    db.execute("BEGIN")
    db.executemany(upsert, ([row["accountid"]] + [row.get(p) for p in properties] for row in page["value"]))
    db.execute("COMMIT")
    link = page.get("@odata.nextLink")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.close()
