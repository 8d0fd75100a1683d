/** A trial of `sweep.ts`. */
export default async ({ step }: { readonly step: number }): Promise<{ readonly score: number }> => ({ score: step })
