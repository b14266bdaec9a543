drop function learn_bank();
