/** Whether somebody reads a list now, who would lose the line: they scrolled, point at it, or move in it by keyboard. */
export const isRead = (list: HTMLElement): boolean =>
  scrollY > 0 || list.matches(':hover') || list.contains(document.activeElement)
