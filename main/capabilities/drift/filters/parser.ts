import type { DuckDBConnection } from '@duckdb/node-api'

let opened: Promise<DuckDBConnection> | undefined
/** An engine that reaches no file and no network and holds no table: it only parses. */
async function open(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '64MiB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    enable_external_access: 'false',
    lock_configuration: 'true',
  })
  return instance.connect()
}

/** Calls one of the parser's functions with a text, which is a parameter and never part of the statement. */
export async function parserCall(
  name: 'json_serialize_sql' | 'json_deserialize_sql',
  text: string,
): Promise<string> {
  const connection = await (opened ??= open())
  const cast = name === 'json_serialize_sql' ? '$1::VARCHAR' : '$1::VARCHAR::JSON'
  const reader = await connection.runAndReadAll(`SELECT ${name}(${cast}) AS answer`, [text])
  return String(reader.getRowObjectsJS()[0]?.['answer'])
}
