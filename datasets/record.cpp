#include "datasets/record.hpp"
