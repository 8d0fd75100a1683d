import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { ownOptions } from '../base/options.ts'
import { byName, type Json } from '../base/trees.ts'
import { at, called, fieldsIn, rejects, surplus } from '../plain/faults.ts'
import { makingKind } from '../plain/making.ts'
import type { Registry } from '../plain/registry.ts'
import { readValue, writeValue } from '../plain/values.ts'
import { spelledOut } from '../training/codecs.ts'
import { trainingKinds } from '../training/json.ts'
import { checkKept, namesKept } from '../training/options.ts'
import type { TrainingRule } from '../training/step.ts'

/**
 * How a network is trained: what `fit` takes, without data, time and what computes. As a document gives it back, it is ready
 * for `fit(network, variables, data, { ...training, epochs })`.
 */
export interface Training extends Omit<TrainingRule, 'backend'> {}

/**
 * Writes how a network is trained. Losses and metrics that are named are written as what they are, with their options.
 *
 * @throws InvalidOption if an option is invalid
 * @throws NoDocument if something is neither the library's nor registered
 */
export const writeTraining = (owner: string, training: unknown, registry: Registry): Json => {
  const given = ownOptions(owner, `${owner}(…, { training: { loss: mse, optimizer: adam() } })`, training)
  checkKept(`${owner}, training`, given)
  const vocabulary = { registry, kinds: [makingKind] }
  return byName(
    Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, writeValue(meantBy(name, value), `training.${name}`, vocabulary)] as const],
    ),
  )
}

const meantBy = (name: string, value: unknown): unknown =>
  name === 'loss' || name === 'metrics' ? spelledOut(name, value) : value

/** Reads how a network is trained. */
export const readTraining = (json: unknown, context: t.Context, registry: Registry): t.Validation<Training> => {
  const fields = fieldsIn(json)
  if (fields === undefined) return rejects(context, 'an object of options', json, 'For example: { "loss": "mse" }.')
  const vocabulary = { registry, kinds: trainingKinds }
  const read = Object.entries(fields)
    .filter(([name]) => namesKept.includes(name))
    .map(([name, own]) => [name, readValue(own, at(context, name), vocabulary)] as const)
  // What can be read is checked too, so that all faults are told.
  const training = byName(read.flatMap(([name, own]) => (isLeft(own) ? [] : [[name, own.right] as const])))
  const checks = [surplus(fields, namesKept, context), called(context, () => checkKept('training', training))]
  const faults = [...read.map(([, own]) => own), ...checks].flatMap(own => (isLeft(own) ? own.left : []))
  return faults.length > 0 ? left(faults) : right(training as Training)
}
