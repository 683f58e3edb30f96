/**
 * Takes away the way to an object's prototype that a name in somebody's data could take by itself; what Node's
 * `--disable-proto=delete` does, without every start having to ask for it. For the first line of a process.
 */
export const closePrototype = (): void => {
  Reflect.deleteProperty(Object.prototype, '__proto__')
}
