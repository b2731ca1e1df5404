import '../styles.css';
import { startApp } from '#app/create-app.tsx';
import { Doorway } from '#app/doorway.tsx';
import { walletPages, walletPublicPages } from './pages.ts';
import { WalletShell } from './shell.tsx';

startApp({
  app: 'wallet',
  basepath: '/',
  shell: WalletShell,
  doorway: Doorway,
  pages: walletPages,
  publicPages: walletPublicPages,
});
