/** Heavy parts come only when they are about to be seen: `{selector: () => import(…)}`. */
export function startHeavy(heavy) {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      for (const [selector, load] of Object.entries(heavy)) if (target.matches(selector)) load();
    }
  }, { rootMargin: "300px" });
  return (root = document) => {
    for (const element of root.querySelectorAll(Object.keys(heavy).join(","))) seen.observe(element);
  };
}
