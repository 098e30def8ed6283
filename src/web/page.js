/* What the page does besides: everything works without it. */
'use strict';
