/** The fields that are given: one that may be absent must not be there with the value undefined (`exactOptionalPropertyTypes`). */
export function present<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<typeof present<Fields>>
}
