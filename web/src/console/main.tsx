import '../styles.css';
import { startApp } from '#app/create-app.tsx';
import { loginPages } from '#features/login/index.ts';
import { ConsoleDoorway } from './doorway.tsx';
import { consolePages } from './pages.ts';
import { ConsoleShell } from './shell.tsx';

startApp({
  app: 'console',
  basepath: '/console',
  shell: ConsoleShell,
  doorway: ConsoleDoorway,
  pages: consolePages,
  publicPages: loginPages,
});
