/** What makes a document of a version one of the next version, by the version that it takes. */
export type Migrations = Readonly<
  Record<number, (document: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>>
>

/** A document of version `from` in the form of version `to`, one version after the other. */
export const migrated = (
  migrations: Migrations,
  document: Readonly<Record<string, unknown>>,
  from: number,
  to: number,
): Readonly<Record<string, unknown>> => {
  let current = document
  for (let version = from; version < to; version++) current = migrations[version]?.(current) ?? current
  return current
}
