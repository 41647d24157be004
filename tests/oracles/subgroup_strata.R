# Writes subgroup_strata.csv: interaction tests where strata determine a subgroup factor or part of it.
# Rscript tests/oracles/subgroup_strata.R > tests/oracles/subgroup_strata.csv
suppressMessages(library(survival))
d <- subset(read.csv("tests/oracles/data/colon.csv"), etype == 2 & rx %in% c("Obs", "Lev+5FU"))
d$arm <- as.integer(d$rx == "Lev+5FU"); d$late <- as.integer(d$extent >= 3)
d$cell <- 2 * d$late + d$obstruct
cc <- coxph.control(eps = 1e-12)
version <- sprintf("R %s.%s, survival %s", R.version$major, R.version$minor, packageVersion("survival"))
about <- "d <- subset(colon, etype == 2 & rx != 'Lev'), arm: rx == 'Lev+5FU', late: extent >= 3, cell: 2 * late + obstruct, cc <- coxph.control(eps = 1e-12); coefficients that R gives as NA are left out"
cat("case,subgroup,strata,quantity,expected,tolerance,source\n")
for (one in list(c("extent", "late"), c("obstruct", "cell"), c("obstruct", "late"), c("extent", "cell"))) {
  f <- sprintf("Surv(time,status)~arm%sfactor(%s)+strata(%s)", c("+", "*"), one[1], one[2])
  m <- lapply(f, function(x) coxph(as.formula(x), data = d, control = cc))
  L <- 2 * (m[[2]]$loglik[2] - m[[1]]$loglik[2])
  i <- grep("^arm:", names(coef(m[[2]]))); i <- i[!is.na(coef(m[[2]])[i])]
  W <- drop(t(coef(m[[2]])[i]) %*% solve(m[[2]]$var[i, i]) %*% coef(m[[2]])[i])
  k <- length(i)
  values <- list(statistic = L, degrees_of_freedom = k, p_value = pchisq(L, k, lower.tail = FALSE), wald_statistic = W)
  call <- sprintf("m0 <- coxph(%s, data=d, control=cc); m1 <- coxph(%s, data=d, control=cc)", f[1], f[2])
  for (name in names(values)) cat(sprintf('subgroup-colon-strata,%s,%s,%s,%.15g,1e-06,"%s: %s; likelihood ratio and Wald tests of the interaction; %s"\n', one[1], one[2], name, values[[name]], version, call, about))
}
