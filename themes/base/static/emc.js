/* Measuring by the system of the Government's portal (EMC, N1). The page is whole without it. */
(function () {
  "use strict";
  var site = document.currentScript.dataset.site;
  var host = "https://f-emc.ngsp.gov.vn";
  var queue = (window._govaq = window._govaq || []);
  queue.push(["trackPageView"]);
  queue.push(["enableLinkTracking"]);
  queue.push(["setTrackerUrl", host + "/tracking"]);
  queue.push(["setSiteId", site]);
  var script = document.createElement("script");
  script.async = true;
  script.src = host + "/embed/gov-tracking.min.js";
  document.head.appendChild(script);
})();
