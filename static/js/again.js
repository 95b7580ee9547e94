// Shows a page of work under way again every three seconds; without this script its own button does.
setTimeout(() => location.reload(), 3000);
