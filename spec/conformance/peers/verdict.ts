// Why a case is neither passed nor failed.

/** The library has no such layer, function or option: the case says nothing of it. */
export class CannotExpress extends Error {}

/** The library computes something else, on purpose; its documentation says so. */
export class ByChoice extends Error {}

/** @throws CannotExpress always */
export const cannot = (feature: string): never => {
  throw new CannotExpress(feature)
}

/** @throws ByChoice always */
export const byChoice = (choice: string): never => {
  throw new ByChoice(choice)
}
