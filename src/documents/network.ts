import { chain, isLeft, map } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts/lib/index.js'
import { DocumentError } from '../base/errors.ts'
import { own } from '../base/trees.ts'
import { compose } from '../network/compose.ts'
import { isComposition } from '../network/parts.ts'
import type { AnyNetwork } from '../network-types/compose.ts'
import { asErrors, at, type Fields, fieldsIn, rejects } from '../plain/faults.ts'
import type { Registry } from '../plain/registry.ts'
import { type Migrations, migrated } from './migrations.ts'
import { readPart } from './parts.ts'

// The network of a document, whatever else it holds.

/** The version that is written. */
export const version = 1
/** From each older version to the next. */
const migrations: Migrations = {}

const example = 'A document is what toDocument gives.'

/** The version of a document, which says how the rest is read. */
const versionOf = (json: Fields): t.Validation<number> => {
  const { format, version: found } = json
  if (format !== 'joinery') return rejects(at([], 'format'), "'joinery'", format, example)
  if (!Number.isSafeInteger(found) || (found as number) < 1)
    return rejects(at([], 'version'), 'a positive integer', found, example)
  if ((found as number) > version)
    return rejects(
      at([], 'version'),
      `a version up to ${version}`,
      found,
      'A later joinery wrote it: update joinery to read it.',
    )
  return t.success(found as number)
}

/** The fields of a document in the form of this version. */
export const fieldsOf = (json: unknown): t.Validation<Fields> => {
  const fields = fieldsIn(json)
  return fields === undefined
    ? rejects([], 'an object', json, example)
    : pipe(
        versionOf(fields),
        map(found => migrated(migrations, fields, found, version)),
      )
}

/** The network among the fields of a document. */
export const networkOf = (fields: Fields, registry: Registry): t.Validation<AnyNetwork> =>
  pipe(
    readPart(own(fields, 'network'), at([], 'network'), registry),
    map(part => (isComposition(part) ? part : compose({ form: 'sequence', parts: [part] })) as unknown as AnyNetwork),
  )

/** The network of a document. */
export const readNetwork = (json: unknown, registry: Registry): t.Validation<AnyNetwork> =>
  pipe(
    fieldsOf(json),
    chain(fields => networkOf(fields, registry)),
  )

/**
 * What was read of a document.
 *
 * @param file what errors call it
 * @throws DocumentError, the first of all errors, which says how many there are
 */
export const orThrow = <V>(read: t.Validation<V>, file: string, lister = 'fromDocument'): V => {
  const result = asErrors(file)(read)
  if (!isLeft(result)) return result.right
  const [first, ...others] = result.left
  const { place, expected, got, remedy } = first as DocumentError
  const more = others.length === 0 ? '' : ` ${lister} lists ${others.length} more.`
  throw new DocumentError({ file, ...(place && { place }), expected, got, remedy: remedy + more })
}
