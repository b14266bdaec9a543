// The grid of transactions leads to alerts, customers and merchants; personal pages only for who may open them.
(() => {
  "use strict";
  const base = () => document.body.dataset.basePath || "/";
  const seesPeople = () => document.querySelector('.side-link[href$="/alerts"]');

  function leading(page, query, text) {
    const href = `${page}?${new URLSearchParams(query)}`;
    const go = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      window.vigie.go(base() + href);
    };
    return window.React.createElement("a", { href: base() + href, className: "row-link", onClick: go }, text);
  }

  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    CustomerCell: ({ data }) =>
      data && data.customer_id && seesPeople() ? leading("customer", { bank: data.bank, id: data.customer_id }, data.customer) : data ? data.customer : "",
    MerchantCell: ({ data }) =>
      data && data.merchant_id ? leading("merchant", { bank: data.bank, id: data.merchant_id }, data.merchant) : "",
    AlertCell: ({ data }) => (data && data.alert && seesPeople() ? leading("alert", { id: data.alert }, `A${data.alert}`) : ""),
  });
})();
