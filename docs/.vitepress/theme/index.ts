import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme-without-fonts'
import { keepAccessible } from './accessible.ts'
import './style.css'

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp() {
    if (typeof window !== 'undefined') window.addEventListener('load', keepAccessible, { once: true })
  },
}

export default theme
