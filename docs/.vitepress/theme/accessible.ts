/**
 * Mends what axe finds in VitePress 1: a button within a button in the sidebar, and search results whose names are not
 * what one sees. Only attributes change, which Vue leaves alone until what they say changes.
 */
export function keepAccessible(): void {
  const mend = (): void => {
    for (const item of document.querySelectorAll('.VPSidebarItem > .item[role="button"]')) {
      item.removeAttribute('role')
      item.removeAttribute('tabindex')
    }
    document.querySelector('.VPLocalSearchBox')?.setAttribute('role', 'dialog')
    // A list of links: an option may not hold one.
    for (const part of document.querySelectorAll('#localsearch-list, #localsearch-list > li')) {
      part.removeAttribute('role')
      part.removeAttribute('aria-selected')
    }
    for (const result of document.querySelectorAll('#localsearch-list a[aria-label]'))
      result.removeAttribute('aria-label')
    for (const key of document.querySelectorAll('.VPLocalSearchBox kbd')) key.setAttribute('role', 'img')
  }
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true })
  mend()
}
