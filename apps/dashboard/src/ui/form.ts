/** What was typed into a field of a form, without space around it; never a file. */
export const typedIn = (form: FormData, name: string): string => {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
