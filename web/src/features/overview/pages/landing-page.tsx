import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { useState } from 'react';
import { meQuery } from '#app/me.ts';
import { isFirstPage, landingOf } from '../landing.ts';
import { OverviewPage } from './overview-page.tsx';

/** The overview, or the page where the person's role begins. */
export function LandingPage() {
  const { data: me } = useQuery(meQuery);
  const [isFirst] = useState(isFirstPage);
  if (!isFirst) return <OverviewPage />;
  if (me === undefined) return null;
  const landing = landingOf(me);
  return landing === undefined ? <OverviewPage /> : <Navigate to={landing as '/'} replace />;
}
