// placeholder
namespace tributary {}
